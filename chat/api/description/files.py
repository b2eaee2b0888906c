"""Calls about files that go along with questions."""

from chat.api.description import examples
from chat.api.description.operation import Answer, Operation, Parameter

_GROUP = "Files"

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/attachments",
        "Upload a file",
        "An image, a PDF or a text, to be sent along with a question within a day. Its content says what it "
        "is. Images are made anew without their metadata, at most 2048 pixels on the long side.",
        _GROUP,
        parameters=(Parameter("name", "What it is called.", example="report.txt"),),
        takes_file=True,
        answers={"201": Answer("Uploaded.", "Upload", examples.UPLOAD)},
        effect="Keeps the file for a day, or as long as the message that it is sent with.",
    ),
    Operation(
        "get",
        "/api/v1/attachments",
        "List the files that were not sent yet",
        group=_GROUP,
        answers={"200": Answer("All of them.", "UploadPage", examples.page(examples.UPLOAD))},
    ),
    Operation(
        "get",
        "/api/v1/attachments/{attachment_id}",
        "Fetch a file",
        "To its owner only.",
        _GROUP,
        answers={
            "200": Answer(
                "The bytes.",
                headers=("Content-Disposition!",),
                files=("image/png", "image/jpeg", "application/pdf", "text/plain"),
            )
        },
    ),
    Operation(
        "delete",
        "/api/v1/attachments/{attachment_id}",
        "Take back a file that was not sent",
        group=_GROUP,
        answers={"204": Answer("It is gone.")},
        errors=("409",),
        effect="Deletes this file of yours, for good. One that was sent stays with its message.",
        destroys=True,
    ),
)
