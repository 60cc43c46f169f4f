"""What the scripts share: the stand-in's address, and the hands of people under /sim."""

import json
import os
import urllib.request

URL = os.environ["STAND_IN"]


def sim(path, body=None):
    """Posts to /sim (or gets, without a body) and returns the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{URL}/sim{path}", data=data, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        answer = response.read()
    return json.loads(answer) if answer else None


def refused(kind, call):
    """Calls what has to raise an exception of this kind, and returns it."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


def service_account():
    """The key file of the service account."""
    return json.loads(os.environ["SERVICE_ACCOUNT"])


def batch():
    """One batch that touches cells, looks for words and leaves a mark."""
    row = {
        "values": [
            {"userEnteredValue": {"stringValue": "Скидка"}},
            {"userEnteredValue": {"numberValue": 1.5}},
        ]
    }
    tab = {"sheetId": 77}
    return [
        {"addSheet": {"properties": {**tab, "title": "Новый"}}},
        {
            "updateCells": {
                "start": {**tab, "rowIndex": 0, "columnIndex": 0},
                "rows": [row],
                "fields": "userEnteredValue",
            }
        },
        {"appendCells": {**tab, "rows": [row], "fields": "userEnteredValue"}},
        {
            "findReplace": {
                "find": "Скидка",
                "replacement": "Подарок",
                "matchCase": True,
                "matchEntireCell": True,
                "range": {**tab, "startRowIndex": 1, "endRowIndex": 2},
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": "schema",
                    "metadataValue": "1",
                    "location": tab,
                    "visibility": "DOCUMENT",
                }
            }
        },
    ]


def check_replies(replies):
    """The answer to that batch."""
    assert len(replies) == 5, replies
    assert replies[0]["addSheet"]["properties"]["title"] == "Новый", replies
    assert replies[3]["findReplace"]["occurrencesChanged"] == 1, replies
    metadata = replies[4]["createDeveloperMetadata"]["developerMetadata"]
    assert metadata["location"]["sheetId"] == 77, replies
