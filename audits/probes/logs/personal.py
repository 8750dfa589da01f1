"""What looks like personal data: told by its kind, never kept."""

import re

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[a-zA-Z]{2,24}\b")
_PHONE = re.compile(r"(?<![\w.+-])\+\d{1,3}[ ./-]?(?:\(?\d{1,5}\)?[ ./-]?){2,5}\d{2,4}(?![\w-])")
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
LONGEST = 20_000


def kinds_in(text: str) -> frozenset[str]:
    """Of e-mail address, phone number, card number, bank account, social security number."""
    text = text[:LONGEST]
    found = set()
    if "@" in text and _EMAIL.search(text):
        found.add("e-mail address")
    if "+" in text and _PHONE.search(text):
        found.add("phone number")
    if any(_luhn(match[0]) for match in _CARD.finditer(text)):
        found.add("card number")
    if any(_mod97(match[0]) for match in _IBAN.finditer(text)):
        found.add("bank account")
    if _SSN.search(text):
        found.add("social security number")
    return frozenset(found)


def _luhn(text: str) -> bool:
    digits = [int(each) for each in text if each.isdigit()][::-1]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    return 13 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _mod97(text: str) -> bool:
    account = text.replace(" ", "")
    turned = account[4:] + account[:4]
    return 15 <= len(account) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
