//! What the bot says that is the same in every menu: it is part of the program, so that it is said also when nothing else works.

use crate::platform::graphql::text::Text;
use crate::support_service::emergency::{EmergencyNumber, NUMBERS};
use domain::bot::menu::BotLanguage;
use domain::text::Locale;

/// Something that the bot says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// That it is automated; below every screen.
    Automated,
    /// Above the numbers of the emergency card.
    Emergency,
    /// On the button that leads to that card.
    EmergencyButton,
    /// On the button that leads to the beginning.
    StartButton,
    /// On the button that deletes the conversation.
    ForgetButton,
    /// That the conversation is deleted.
    Forgotten,
    /// Which region?
    Region,
    /// Which province?
    Province,
    /// On the button of whoever does not say where she is.
    AnywhereButton,
    /// That a message was not understood.
    NotUnderstood,
    /// That services cannot be looked up now.
    Disturbed,
    /// Before the day since which nobody has confirmed a service.
    KnownAsOf,
    /// That a service is open now.
    Open,
    /// What the page says of itself.
    PageNotice,
    /// What Messenger keeps, and how to delete it; the address of the page stands behind it.
    MessengerNotice,
    /// On the button that hands the thread to people.
    PeopleButton,
    /// That people go on.
    HandedOver,
}

impl Phrase {
    /// The phrase in a language.
    pub fn text(self, language: BotLanguage) -> &'static str {
        let [darija, darija_latin, arabic, french, tamazight] = self.texts();
        match language {
            BotLanguage::Darija => darija,
            BotLanguage::DarijaLatin => darija_latin,
            BotLanguage::Arabic => arabic,
            BotLanguage::French => french,
            BotLanguage::Tamazight => tamazight,
        }
    }

    fn texts(self) -> [&'static str; 5] {
        match self {
            Self::Automated => {
                ["جواب آلي.", "Jawab otomatik.", "رد آلي.", "Réponse automatique.", "ⵜⴰⵎⵔⴰⵔⵓⵜ ⵜⴰⵡⵓⵔⵎⴰⵏⵜ."]
            }
            Self::Emergency => [
                "إلا كنتي فخطر، عيطي دابا:",
                "Ila knti f khatar, 3eyti daba:",
                "إن كنت في خطر فاتصلي الآن:",
                "Si vous êtes en danger, appelez maintenant :",
                "ⵎⴽ ⵜⵍⵍⵉⴷ ⴳ ⵓⵎⵉⵃⵉ, ⵖⵔ ⴷⵖⵉ:",
            ],
            Self::EmergencyButton => ["أنا في خطر", "Ana f khatar", "أنا في خطر", "Je suis en danger", "ⵍⵍⵉⵖ ⴳ ⵓⵎⵉⵃⵉ"],
            Self::StartButton => ["القائمة", "L9a2ima", "القائمة", "Menu", "ⵓⵎⵓⵖ"],
            Self::ForgetButton => ["مسحي المحادثة", "Mes7i l'mo7adata", "امحي المحادثة", "Tout effacer", "ⵙⴼⴹ ⴰⵎⵙⴰⵡⴰⵍ"],
            Self::Forgotten => [
                "المحادثة تمسحات عندنا. إلا كتبتي فميسنجر، مسحيها حتى من التيليفون ديالك.",
                "Lmo7adata tmes7at 3endna. Ila ktebti f Messenger, mes7iha 7ta men telephone dyalek.",
                "مُحيت المحادثة لدينا. إن كتبتِ في مسنجر فامحيها من هاتفك أيضا.",
                "La conversation est effacée chez nous. Si vous avez écrit sur Messenger, effacez-la aussi de votre téléphone.",
                "ⵉⵜⵜⵓⵙⴼⴹ ⵓⵎⵙⴰⵡⴰⵍ ⵖⵓⵔⵏⵖ.",
            ],
            Self::Region => {
                ["فأي جهة نتي؟", "F ayy jiha nti?", "في أي جهة أنتِ؟", "Dans quelle région êtes-vous ?", "ⵎⴰⵏ ⵜⴰⵎⵏⴰⴹⵜ?"]
            }
            Self::Province => ["فأي إقليم؟", "F ayy i9lim?", "في أي إقليم؟", "Dans quelle province ?", "ⵎⴰⵏ ⵜⴰⵙⴳⴰ?"],
            Self::AnywhereButton => {
                ["ما بغيتش نقول", "Ma bghitch n9oul", "لا أريد القول", "Ne pas le dire", "ⵓⵔ ⵔⵉⵖ ⴰⴷ ⵉⵏⵉⵖ"]
            }
            Self::NotUnderstood => [
                "سمحي ليا، ما فهمتش مزيان. واش بغيتي:",
                "Sem7i liya, ma fhemtch mezyan. Wach bghiti:",
                "عذرا، لم أفهم جيدا. هل تقصدين:",
                "Excusez-moi, je n'ai pas bien compris. Est-ce :",
                "ⵙⵓⵔⴼ ⵉⵢⵉ, ⵓⵔ ⴼⵀⵎⵖ. ⵉⵙ ⴷ:",
            ],
            Self::Disturbed => [
                "ما نقدرش نقلب على المصالح دابا. عيطي للخط الوطني، ليل ونهار:",
                "Ma n9derch n9elleb 3la lmasali7 daba. 3eyti l khett lwatani, lil w nhar:",
                "لا أستطيع البحث عن المصالح الآن. اتصلي بالخط الوطني ليلا ونهارا:",
                "Je ne peux pas chercher les services maintenant. Appelez la ligne nationale, jour et nuit :",
                "ⵓⵔ ⵖⵉⵖ ⴰⴷ ⵔⵣⵓⵖ ⴷⵖⵉ. ⵖⵔ:",
            ],
            Self::KnownAsOf => {
                ["ما تأكدش من", "ma t2ekkedch men", "لم يُؤكَّد منذ", "non confirmé depuis", "ⵓⵔ ⵉⵜⵜⵓⵙⵖⵣⵏ ⵙⴳ"]
            }
            Self::MessengerNotice => [
                "أنا نظام آلي. حنا ما كنحتفظو بحتى كلمة، ولكن ميسنجر والتيليفون ديالك كيحتفظو بالمحادثة: مسحيها من عندك من بعد. هنا ما كيبقى والو:",
                "Ana systeme automatique. 7na ma kan7tafdou b 7ta kelma, walakin Messenger w telephone dyalek kay7tafdou b l'mo7adata: mes7iha men 3endek men be3d. Hna ma kayb9a walou:",
                "أنا نظام آلي. لا نحتفظ بأي كلمة، لكن مسنجر وهاتفك يحتفظان بالمحادثة: امحيها من عندك بعد ذلك. هنا لا يبقى شيء:",
                "Je suis un système automatique. Nous ne gardons aucun mot, mais Messenger et votre téléphone gardent la conversation : supprimez-la ensuite chez vous. Ici, rien ne reste :",
                "ⵏⴽⴽⵉ ⴰⵏⴳⵔⴰⵡ ⴰⵡⵓⵔⵎⴰⵏ. Messenger ⴷ ⵜⵉⵍⵉⴼⵓⵏ ⵏⵎ ⴰⵔ ⵜⵜⵃⵟⵟⵓⵏ ⴰⵎⵙⴰⵡⴰⵍ: ⵙⴼⴹ ⵜ. ⴷⴰ ⵓⵔ ⴰⵔ ⵉⵜⵜⴳⴰⵎⴰ ⵢⴰⵜ:",
            ],
            Self::PeopleButton => ["بغيت إنسان", "Bghit insan", "أريد إنسانا", "Une personne", "ⵔⵉⵖ ⴰⴼⴳⴰⵏ"],
            Self::HandedOver => [
                "دابا غادي يجاوبك إنسان، فأوقات الخدمة. إلا كنتي فخطر عيطي 19 ولا 177.",
                "Daba ghadi yjawbek insan, f aw9at lkhedma. Ila knti f khatar 3eyti 19 wella 177.",
                "سيجيبك إنسان في أوقات العمل. إن كنت في خطر فاتصلي بـ19 أو 177.",
                "Une personne vous répondra, aux heures de travail. En danger, appelez le 19 ou le 177.",
                "ⵢⴰⵏ ⵓⴼⴳⴰⵏ ⵔⴰⴷ ⴰⵎ ⵉⵔⴰⵔ. ⵎⴽ ⵜⵍⵍⵉⴷ ⴳ ⵓⵎⵉⵃⵉ, ⵖⵔ 19 ⵏⵖ 177.",
            ],
            Self::PageNotice => [
                "حنا ما كنحتفظو بحتى كلمة كتكتبيها هنا. المتصفح ديالك يقدر يحتفظ بعنوان هاد الصفحة: استعملي نافذة خاصة، ومسحيها من السجل.",
                "7na ma kan7tafdou b 7ta kelma katketbiha hna. Navigateur dyalek y9der y7tafed b l3onwan dyal had safha: sta3mli fenêtre privée, w mes7iha men l'historique.",
                "لا نحتفظ بأي كلمة تكتبينها هنا. قد يحتفظ متصفحك بعنوان هذه الصفحة: استعملي نافذة خاصة وامحيها من السجل.",
                "Nous ne gardons aucun mot de ce que vous écrivez ici. Votre navigateur peut garder l'adresse de cette page : utilisez une fenêtre privée et effacez-la de l'historique.",
                "ⵓⵔ ⴰⵔ ⵏⵜⵜⵃⵟⵟⵓ ⴰⵡⴰⵍ ⵏⵏⴰ ⵜⵜⴰⵔⴰⴷ ⴷⴰ.",
            ],
            Self::Open => ["محلول دابا", "me7loul daba", "مفتوح الآن", "ouvert maintenant", "ⵉⵕⵥⵎ ⴷⵖⵉ"],
        }
    }
}

/// The languages in which a name is looked for, for readers of one of the bot's.
pub fn locales(language: BotLanguage) -> &'static [Locale] {
    match language {
        BotLanguage::Darija | BotLanguage::Arabic => &[Locale::Ar],
        BotLanguage::DarijaLatin | BotLanguage::French => &[Locale::Fr],
        BotLanguage::Tamazight => &[Locale::Zgh, Locale::Ar],
    }
}

/// A number of the emergency card with whose it is, and the day on which it was published.
fn line(number: &EmergencyNumber, language: BotLanguage) -> String {
    let Text(name) = &number.name;
    let (_, name) = name.resolve(locales(language));
    let dated = number.confirmed_on.as_ref().or(number.dated_on.as_ref());
    let dated = dated.map(|day| format!(" ({day})")).unwrap_or_default();
    format!("{name}: {}{dated}", number.phones.join(", "))
}

/// What the emergency card says: who to call, in the order of what ends a danger first.
pub fn emergency_card(language: BotLanguage) -> String {
    let heading = Phrase::Emergency.text(language).to_owned();
    [heading].into_iter().chain(NUMBERS.iter().map(|number| line(number, language))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::codes::Coded;

    #[test]
    fn the_emergency_card_names_everybody_in_every_language_and_buttons_fit_messenger() {
        for language in BotLanguage::ALL {
            let card = emergency_card(*language);
            for number in ["19", "177", "15, 150", "8350"] {
                assert!(card.contains(&format!(": {number} (")), "{card}");
            }
            for button in [Phrase::EmergencyButton, Phrase::StartButton, Phrase::ForgetButton, Phrase::AnywhereButton] {
                assert!(button.text(*language).chars().count() <= 20, "{button:?} {language}");
            }
        }
    }
}
