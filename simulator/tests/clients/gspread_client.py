"""gspread against the stand-in of Google Sheets."""

from urllib.parse import urlsplit

import gspread
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials
from requests.adapters import HTTPAdapter
from stand_in import URL, batch, check_replies, refused, service_account, sim

GOOGLE = "https://sheets.googleapis.com"


class Redirected(HTTPAdapter):
    """Takes what is meant for Google to the stand-in; nothing else changes."""

    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", URL, 1)
        return super().send(request, **options)


def client(kind=gspread.HTTPClient):
    scopes = ["https://www.googleapis.com/auth/spreadsheets"]
    credentials = Credentials.from_service_account_info(service_account(), scopes=scopes)
    session = AuthorizedSession(credentials)
    session.mount(GOOGLE, Redirected())
    return gspread.Client(auth=credentials, session=session, http_client=kind)


def status(error):
    return error.response.status_code


def main():
    google = client()
    book = google.open_by_key("book")
    titles = [tab.title for tab in book.worksheets()]
    assert "обращения" in titles and "Акции" in titles, titles
    rows = book.worksheet("обращения").get_all_values()
    assert rows[0][:2] == ["код", "телефон"] and rows[1][0] == "1043", rows
    assert book.worksheet("Акции").acell("A1").value == "Дата релиза"
    ranges = book.values_batch_get(["'обращения'!A1:B2", "'Акции'!A1"])["valueRanges"]
    assert ranges[0]["values"][1][0] == "1043" and len(ranges) == 2, ranges
    check_replies(book.batch_update({"requests": batch()})["replies"])
    new = book.worksheet("Новый").get_all_values()
    # The workbook is a Russian one: its decimal sign is a comma.
    assert [row[:2] for row in new] == [["Скидка", "1,5"], ["Подарок", "1,5"]], new
    error = refused(gspread.exceptions.APIError, lambda: book.batch_update({"requests": []}))
    assert status(error) == 400 and error.error["status"] == "INVALID_ARGUMENT", error
    error = refused(gspread.exceptions.SpreadsheetNotFound, lambda: google.open_by_key("nowhere"))
    refused(PermissionError, lambda: google.open_by_key("hidden"))
    sim("/faults", {"kind": "any", "do": "too_many", "retry_after": 1})
    error = refused(gspread.exceptions.APIError, lambda: book.values_get("'Акции'!A1"))
    assert status(error) == 429 and error.error["status"] == "RESOURCE_EXHAUSTED", error
    # The patient client waits and comes again.
    patient = client(gspread.BackOffHTTPClient).open_by_key("book")
    sim("/faults", {"kind": "read", "do": "unavailable"})
    assert patient.values_get("'Акции'!A1")["values"] == [["Дата релиза"]]


main()
