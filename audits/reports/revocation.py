"""What authorities publish on the certificates that they revoked, fetched when a report is sealed
for the long term and kept in it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any

from asn1crypto import crl, ocsp, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers import (
    CertificateFetcher,
    CRLFetcher,
    Fetchers,
    OCSPFetcher,
)
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    process_ocsp_response_data,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from audits.reports.fetching import FetchFault, Wanted, fetch
from audits.reports.verify_cms import asn1

LIST = Wanted(limit=8 * 1024 * 1024)
ANSWER = Wanted(frozenset({"application/ocsp-response"}), 256 * 1024)


def context(roots: Sequence[x509.Certificate]) -> ValidationContext:
    """What signer and time-stamps are validated with before a report is signed.

    A certificate that names a list (CRL) or a service (OCSP) of revoked ones must be found good
    there; what was found is what the report carries.
    """
    return ValidationContext(
        trust_roots=[asn1(each) for each in roots],
        allow_fetching=True,
        revocation_mode="hard-fail",
        fetchers=Fetchers(_Answers(), _Lists(), _NoCertificates()),
    )


class _Lists(CRLFetcher):
    def __init__(self) -> None:
        self._found: dict[bytes, list[crl.CertificateList]] = {}

    async def fetch(self, cert: Any, *, use_deltas: Any = None) -> list[crl.CertificateList]:
        if cert.dump() not in self._found:
            points = get_relevant_crl_dps(cert, use_deltas=False)
            urls = [url for point in points for url in enumerate_delivery_point_urls(point)]
            # Each address of a list has the same list.
            self._found[cert.dump()] = [await self._first(urls)] if urls else []
        return self._found[cert.dump()]

    async def _first(self, urls: list[str]) -> crl.CertificateList:
        fault: Exception | None = None
        for url in urls:
            try:
                data = await asyncio.to_thread(fetch, url, LIST)
                if pem.detect(data):
                    _, _, data = pem.unarmor(data)
                return crl.CertificateList.load(data, strict=True)
            except (FetchFault, ValueError) as error:
                fault = error
        raise CRLFetchError(f"The list of revoked certificates at {urls[-1]} {fault}")

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return [each for found in self._found.values() for each in found]

    def fetched_crls_for_cert(self, cert: Any) -> Iterable[crl.CertificateList]:
        return self._found[cert.dump()]


class _Answers(OCSPFetcher):
    def __init__(self) -> None:
        self._found: dict[bytes, ocsp.OCSPResponse] = {}

    async def fetch(self, cert: Any, authority: Any) -> ocsp.OCSPResponse:
        if cert.dump() not in self._found:
            self._found[cert.dump()] = await self._ask(cert, authority)
        return self._found[cert.dump()]

    async def _ask(self, cert: Any, authority: Any) -> ocsp.OCSPResponse:
        urls = get_ocsp_urls(cert)
        if not urls:
            raise OCSPFetchError("The certificate names no service that knows of revocations")
        request = format_ocsp_request(
            cert, authority, certid_hash_algo="sha1", request_nonces=True
        )
        try:
            data = await asyncio.to_thread(
                fetch, urls[0], ANSWER, body=request.dump(), sent_type="application/ocsp-request"
            )
        except FetchFault as fault:
            raise OCSPFetchError(f"The service at {urls[0]} {fault}") from None
        return process_ocsp_response_data(data, ocsp_request=request, ocsp_url=urls[0])

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return list(self._found.values())

    def fetched_responses_for_cert(self, cert: Any) -> Iterable[ocsp.OCSPResponse]:
        return [self._found[cert.dump()]] if cert.dump() in self._found else []


class _NoCertificates(CertificateFetcher):
    """Chains are given whole; none is completed from the network."""

    async def fetch_cert_issuers(self, cert: Any) -> AsyncGenerator[asn1_x509.Certificate, None]:
        return
        yield

    async def fetch_crl_issuers(
        self, certificate_list: Any
    ) -> AsyncGenerator[asn1_x509.Certificate, None]:
        return
        yield

    def fetched_certs(self) -> Iterable[asn1_x509.Certificate]:
        return []
