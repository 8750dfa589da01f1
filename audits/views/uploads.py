"""An upload that is read and let go: in memory, and never in a file of ours."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class Held(FileUploadHandler):
    """Keeps files of at most `MAX_BYTES` together in memory; of more `too_large` tells."""

    # Below what the server takes of a request, so that it is this page that says so.
    MAX_BYTES = 24 * 1024 * 1024

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.too_large = False
        self.held = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.held += len(raw_data)
        if self.held > self.MAX_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content, self.field_name, self.file_name or "", self.content_type, file_size, None
        )
