"""Inside a signed PDF: which signature certifies it, what was appended, what is attached.

Only for files whose signature was found intact: everything here parses what the file says.
"""

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import (
    DecodeLimits,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data

from audits.reports.verify_bytes import Hole

MAX_ATTACHMENT = 64 * 1024 * 1024
LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=MAX_ATTACHMENT),
    document_budget=DocumentDecodeBudget(base_allowance=4 * MAX_ATTACHMENT, max_ratio=4),
)
MAX_NAMES = 100


class Inside:
    """A signed PDF, opened. Whatever broken bytes lead to is raised as it comes."""

    def __init__(self, file: bytes, holes: list[Hole]) -> None:
        self._file, self._holes = file, holes
        self._reader = _open(file)

    @property
    def is_encrypted(self) -> bool:
        return bool(self._reader.encrypted)

    def signatures_fault(self) -> str:
        """Why the signatures are not one that certifies and forbids changes, followed by
        time-stamps alone; or nothing."""
        found: list[EmbeddedPdfSignature] = self._reader.embedded_signatures
        ranges = [
            (0, hole.start, hole.start_again, hole.end - hole.start_again) for hole in self._holes
        ]
        if [tuple(map(int, each.byte_range)) for each in found] != ranges:
            return "The signatures of its form are not those in its bytes."
        first, *rest = found
        if first.sig_object_type != "/Sig" or any(
            each.sig_object_type != "/DocTimeStamp" for each in rest
        ):
            return "It carries other signatures than one seal and its time-stamps."
        certified = read_certification_data(self._reader)
        if certified is None or certified.author_sig.get_object() != first.sig_object:
            return "The signature does not certify the document."
        if first.docmdp_level != MDPPerm.NO_CHANGES:
            return "The signature does not forbid changes."
        return self._appended(first) if rest else ""

    def _appended(self, first: EmbeddedPdfSignature) -> str:
        first.compute_integrity_info(diff_policy=DEFAULT_DIFF_POLICY)
        level = getattr(first.diff_result, "modification_level", ModificationLevel.OTHER)
        if level > ModificationLevel.LTA_UPDATES:
            return "More than time-stamps was appended after the signature."
        return ""

    def revocation(self) -> tuple[list[bytes], list[bytes]]:
        """The lists (CRL) and answers (OCSP) on revoked certificates that it carries, as DER."""
        try:
            store = DocumentSecurityStore.read_dss(self._reader)
        except NoDSSFoundError:
            return [], []
        crls = [each.get_object().data for each in store.crls]
        return crls, [each.get_object().data for each in store.ocsps]

    def attachments(self) -> dict[str, bytes]:
        """Name -> content of what was attached when the first signature was made.

        Raises ValueError when two have one name.
        """
        signed = self._reader if len(self._holes) == 1 else _open(self._file[: self._holes[0].end])
        try:
            tree = signed.root["/Names"]["/EmbeddedFiles"]
        except KeyError:
            return {}
        found: dict[str, bytes] = {}
        for specification in _leaves(tree):
            name = str(specification.get("/UF") or specification["/F"])
            if name in found:
                raise ValueError(f"two attachments are called {name}")
            found[name] = bytes(specification["/EF"]["/F"].data)
        return found


def _open(file: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(file), strict=True, decode_limits=LIMITS)


def _leaves(tree: generic.DictionaryObject) -> list[Any]:
    """The file specifications of a name tree of one or two levels, as writers make them."""
    nodes = [tree, *(kid.get_object() for kid in tree.get("/Kids", ()))]
    leaves = [each for node in nodes for each in list(node.get("/Names", ()))[1::2]]
    if len(leaves) > MAX_NAMES:
        raise ValueError(f"more than {MAX_NAMES} attachments")
    return [leaf.get_object() for leaf in leaves]
