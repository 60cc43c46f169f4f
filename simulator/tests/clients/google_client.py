"""google-api-python-client against the stand-in of Google Sheets."""

from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from stand_in import URL, batch, check_replies, refused, service_account, sim


def main():
    scopes = ["https://www.googleapis.com/auth/spreadsheets"]
    credentials = Credentials.from_service_account_info(service_account(), scopes=scopes)
    options = {"api_endpoint": URL}
    service = build("sheets", "v4", credentials=credentials, client_options=options, static_discovery=True)
    books = service.spreadsheets()
    book = books.get(spreadsheetId="book", fields="spreadsheetId,sheets.properties(sheetId,title)").execute()
    titles = {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in book["sheets"]}
    assert "обращения" in titles, titles
    values = books.values()
    tab = values.get(spreadsheetId="book", range="'обращения'!A1:H9").execute()
    assert tab["values"][0][0] == "код" and tab["majorDimension"] == "ROWS", tab
    ranges = values.batchGet(
        spreadsheetId="book",
        ranges=["'обращения'!A2:A2", "'Акции'!A1"],
        valueRenderOption="UNFORMATTED_VALUE",
        dateTimeRenderOption="SERIAL_NUMBER",
    ).execute()["valueRanges"]
    assert ranges[0]["values"] == [[1043]] and len(ranges) == 2, ranges
    body = {
        "requests": batch(),
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["'Новый'!A1:B2"],
        "responseIncludeGridData": True,
    }
    answer = books.batchUpdate(spreadsheetId="book", body=body).execute()
    check_replies(answer["replies"])
    rows = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]
    assert rows[1]["values"][0]["userEnteredValue"] == {"stringValue": "Подарок"}, rows
    for book, code in [("nowhere", 404), ("hidden", 403)]:
        error = refused(HttpError, lambda book=book: books.get(spreadsheetId=book).execute())
        assert error.status_code == code, error
    sim("/faults", {"kind": "any", "do": "too_many", "retry_after": 1})
    read = values.get(spreadsheetId="book", range="A1")
    error = refused(HttpError, read.execute)
    assert error.status_code == 429 and error.error_details[0]["reason"] == "RATE_LIMIT_EXCEEDED", error
    sim("/faults", {"kind": "read", "do": "unavailable"})
    assert read.execute(num_retries=3)["values"]
    request = books.batchUpdate(spreadsheetId="book", body={"requests": [{"deleteSheet": {"sheetId": 9}}]})
    error = refused(HttpError, request.execute)
    assert error.status_code == 400 and "deleteSheet" in error.reason, error


main()
