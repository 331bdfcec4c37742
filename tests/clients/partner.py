"""Pull every programme that a partner's program may read, page by page, and print one line of JSON for each.

Python 3.9 or later, no packages:  UNFM_URL=… UNFM_CLIENT_ID=… UNFM_CLIENT_SECRET=… python3 partner.py
"""

import base64
import json
import os
import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["UNFM_URL"]
DOCUMENT = (pathlib.Path(__file__).parent.parent / "contract" / "partner.graphql").read_text(encoding="utf-8")


def access_token(client_id: str, secret: str) -> str:
    """A token holds for an hour; there is no refresh token, another one is asked for in the same way."""
    login = f"{urllib.parse.quote(client_id, safe='')}:{urllib.parse.quote(secret, safe='')}"
    request = urllib.request.Request(
        f"{URL}/oauth/token",
        data=b"grant_type=client_credentials",
        headers={
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["access_token"]


def ask(token: str, operation: str, variables: dict) -> dict:
    body = json.dumps({"query": DOCUMENT, "operationName": operation, "variables": variables}).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
    }
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{URL}/graphql", data=body, headers=headers)) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code in (429, 503):
                time.sleep(float(error.headers.get("Retry-After", "1")))
                continue
            raise
        if answer.get("errors"):
            raise RuntimeError(answer["errors"])
        return answer["data"]


def main() -> None:
    token = access_token(os.environ["UNFM_CLIENT_ID"], os.environ["UNFM_CLIENT_SECRET"])
    after = None
    while True:
        page = ask(token, "ProgrammePull", {"first": 50, "after": after})["programmes"]
        for edge in page["edges"]:
            print(json.dumps(edge["node"], ensure_ascii=False))
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


main()
