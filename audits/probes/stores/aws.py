"""`aws-sm:name#field`: AWS Secrets Manager, its API of JSON over HTTPS, signed by botocore."""

import json

from audits.net.door import Answer, Door
from audits.probes.stores.base import Reference, SecretFault, ask, field_of, json_of
from audits.probes.stores.settings import AWS, Stores

WHO = "AWS Secrets Manager"
TARGET = "secretsmanager.GetSecretValue"
WRONG = {
    "ResourceNotFoundException": "has no secret {name}, or it is of another region or account.",
    "AccessDeniedException": "refused: the credentials may not do "
    "secretsmanager:GetSecretValue on {name}.",
    "DecryptionFailure": "cannot decrypt {name}: the credentials may not use its KMS key.",
    "InvalidRequestException": "says that {name} is marked for deletion or cannot be read so.",
    "UnrecognizedClientException": "does not know the access key id; see AWS_ACCESS_KEY_ID.",
    "InvalidSignatureException": "does not accept the signature; see AWS_SECRET_ACCESS_KEY, and "
    "the clock of this machine.",
    "ExpiredTokenException": "says that the session token has ended; see AWS_SESSION_TOKEN.",
    "ThrottlingException": "has too much to do. It is tried again with the next run.",
}


def read(reference: Reference, stores: Stores, door: Door) -> str:
    aws = stores.aws
    if not (aws.region and aws.access_key_id and aws.secret_access_key):
        raise SecretFault(
            "The operator named no AWS account; AWS_REGION, AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY do."
        )
    url = f"{aws.endpoint or f'https://secretsmanager.{aws.region}.amazonaws.com'}/"
    content = json.dumps({"SecretId": reference.name}).encode()
    answer = ask(WHO, door, "POST", url, headers=_signed(aws, url, content), content=content)
    if answer.status != 200:
        raise SecretFault(f"{WHO} {_reason(answer, reference.name)}")
    value = field_of(WHO, json_of(WHO, answer), "SecretString")
    return _field(value, reference) if reference.field else value


def _signed(aws: AWS, url: str, content: bytes) -> dict[str, str]:
    try:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
    except ImportError:
        raise SecretFault(
            "AWS is not installed here; the operator adds it with: pip install 'botocore>=1.35'."
        ) from None
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET}
    asked = AWSRequest("POST", url, headers=headers, data=content)
    credentials = Credentials(
        aws.access_key_id, aws.secret_access_key.reveal(), aws.session_token.reveal() or None
    )
    SigV4Auth(credentials, "secretsmanager", aws.region).add_auth(asked)
    return dict(asked.headers.items())


def _reason(answer: Answer, name: str) -> str:
    kind = json_of(WHO, answer).get("__type")
    word = kind.rpartition("#")[2] if isinstance(kind, str) else ""
    if word in WRONG:
        return WRONG[word].format(name=name)
    return f"answered with status {answer.status}."


def _field(value: str, reference: Reference) -> str:
    try:
        fields = json.loads(value)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        # Told here: the other exception holds the secret.
        raise SecretFault(
            f"{WHO} has a plain text in {reference.name}, not JSON with fields; leave out the "
            f"#{reference.field}."
        )
    return field_of(WHO, fields, reference.field)
