"""The way to a time-stamp authority (RFC 3161)."""

import asyncio
from collections.abc import Sequence

from asn1crypto import cms, core, tsp
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from audits.net.door import Door
from audits.reports import fetching
from audits.reports.fetching import FetchFault, Wanted
from audits.reports.verify_cms import Trust, check_token

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
# What broken bytes lead to when asn1crypto reads them, which it does as late as it can.
BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class TimestampFault(Exception):
    """The time-stamp authority gave no stamp that can be used; the text says why."""


class _Answer(core.Sequence):
    """TimeStampResp of RFC 3161; asn1crypto's own cannot read one without a token, a refusal."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class Authority(TimeStamper):
    """A time-stamp authority at an address, and the certificates that its stamps must lead to.

    `url` is http or https and may carry a user and password, percent-encoded. A stamp counts
    when it answers the very question (nonce and digest) and its signature leads to `trust`.
    All that fails is a TimestampFault.
    """

    def __init__(
        self,
        url: str,
        trust: Sequence[x509.Certificate],
        *,
        seconds: float = fetching.SECONDS,
        door: Door = fetching.DOOR,
    ) -> None:
        super().__init__()
        self.trust, self._url, self._door = tuple(trust), url, door
        # A stamp with its certificates has 2 to 10 KB.
        self._wanted = Wanted(frozenset({REPLY}), 64 * 1024, seconds)
        try:
            self.host = fetching.split(url).hostname
        except FetchFault as fault:
            raise TimestampFault(f"The time-stamp authority {fault}.") from None

    def __repr__(self) -> str:
        return f"<Authority {self.host}>"  # the address may hold a password

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A stamp over the digest, checked."""
        nonce, request = self.request_cms(message_digest, md_algorithm)
        try:
            body = await asyncio.to_thread(
                fetching.fetch,
                self._url,
                self._wanted,
                body=request.dump(),
                sent_type=QUERY,
                door=self._door,
            )
        except FetchFault as fault:
            raise self._fault(str(fault)) from None
        try:
            return await self._stamp(body, nonce, message_digest)
        except BROKEN:
            raise self._fault("answered something that is no time-stamp") from None

    async def _stamp(self, body: bytes, nonce: int, digest: bytes) -> cms.ContentInfo:
        answer = _Answer.load(body, strict=True)
        status = answer["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            said = "; ".join(answer["status"]["status_string"].native or []) or "without a reason"
            raise self._fault(f"refused: {status}, {said[:200]}")
        token: cms.ContentInfo = answer["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        if info["nonce"].native != nonce:
            raise self._fault("answered another question: the nonce is not the one that was sent")
        found = await check_token(token["content"], lambda _: digest, Trust(self.trust))
        if not found.intact:
            raise self._fault(f"sent a stamp that {found.fault}")
        if not found.trusted:
            raise self._fault(f"signs as {found.subject}, but {found.doubt}")
        return token

    def _fault(self, what: str) -> TimestampFault:
        return TimestampFault(f"The time-stamp authority {self.host} {what}.")
