// Talks to the bot. Nothing is stored in the browser: the name of the conversation and what was said are in this page alone, and go
// with it.
'use strict';
(() => {
  const TURN = `mutation BotTurn($conversation: String, $text: String, $choice: ID, $language: BotLanguage!) {
    botTurn(input: { conversation: $conversation, text: $text, choice: $choice, language: $language }) {
      conversation
      screens { id text isEmergency choices { id label } services { name { text } phones isOpen isStale knownAsOf } }
      userErrors { message }
    }
  }`;
  const ACCEPTED = { DARIJA: 'ar', DARIJA_LATIN: 'fr', ARABIC: 'ar', FRENCH: 'fr', TAMAZIGHT: 'zgh,ar;q=0.9' };
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const place = document.getElementById('conversation');
  const form = document.getElementById('say');
  const text = document.getElementById('text');
  let conversation = null;
  let language = null;
  let working = false;

  const call = (phone) => {
    const link = element('a', '', phone);
    link.href = `tel:${phone}`;
    return link;
  };
  const card = () => document.querySelector(`.card[data-language="${language}"]`);

  const service = (one) => {
    const shown = element('div', 'service', one.name.text);
    for (const phone of one.phones) shown.append(' ', call(phone));
    const open = card().dataset.open;
    const known = one.isStale && one.knownAsOf ? `${card().dataset.known} ${one.knownAsOf}` : '';
    const remark = [one.isOpen ? open : '', known].filter(Boolean).join(' · ');
    if (remark) shown.append(element('br'), element('small', '', remark));
    return shown;
  };

  const screen = (one) => {
    const shown = element('article', one.isEmergency ? 'screen emergency' : 'screen', one.text);
    for (const of of one.services) shown.append(service(of));
    const choices = element('div', 'choices');
    for (const choice of one.choices) {
      const button = element('button', '', choice.label);
      button.type = 'button';
      button.addEventListener('click', () => turn({ choice: choice.id }));
      choices.append(button);
    }
    shown.append(choices);
    return shown;
  };

  async function turn(said) {
    if (working) return;
    working = true;
    try {
      const answer = await fetch('/graphql', {
        method: 'POST',
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { 'Content-Type': 'application/json', 'Accept-Language': ACCEPTED[language] },
        body: JSON.stringify({ query: TURN, variables: { conversation, language, ...said } }),
      });
      const { data } = await answer.json();
      const { conversation: name, screens, userErrors } = data.botTurn;
      conversation = name;
      place.replaceChildren(...screens.map(screen), ...userErrors.map((error) => element('p', 'screen', error.message)));
      card().hidden = screens.some((one) => one.isEmergency);
    } catch {
      // The card needs no connection.
      place.replaceChildren();
      card().hidden = false;
    } finally {
      working = false;
      place.hidden = false;
      window.scrollTo(0, 0);
    }
  }

  const choose = (wanted) => {
    language = wanted;
    for (const button of document.querySelectorAll('#languages button')) {
      button.setAttribute('aria-pressed', String(button.dataset.language === wanted));
      if (button.dataset.language === wanted) {
        document.documentElement.lang = button.lang;
        document.documentElement.dir = button.dir;
      }
    }
    for (const one of document.querySelectorAll('.card')) one.hidden = one.dataset.language !== wanted;
    form.hidden = false;
    turn({});
  };
  for (const button of document.querySelectorAll('#languages button')) {
    button.addEventListener('click', () => choose(button.dataset.language));
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = text.value.trim();
    text.value = '';
    if (said) turn({ text: said });
  });

  const leave = (event) => {
    if (event) event.preventDefault();
    if (conversation) {
      const body = JSON.stringify({ query: TURN, variables: { conversation, language, choice: 'forget' } });
      fetch('/graphql', { method: 'POST', keepalive: true, credentials: 'omit', headers: { 'Content-Type': 'application/json' }, body });
    }
    clear();
    document.title = '';
    window.location.replace(document.getElementById('exit').href);
  };
  const clear = () => {
    conversation = null;
    place.replaceChildren();
    text.value = '';
  };
  document.getElementById('exit').addEventListener('click', leave);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') leave(); });
  // A browser may keep the page to come back to: without what was said on it.
  window.addEventListener('pagehide', clear);
  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });
})();
