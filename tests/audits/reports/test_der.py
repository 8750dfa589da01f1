import pytest

from audits.reports import der

WELL_FORMED = ["0500", "3000", "30020500", "30050201050500", "a003020101", "048180" + "00" * 128]
FAULTS = {
    "nothing": "",
    "half a head": "30",
    "a value cut off": "020201",
    "a value that reaches beyond its own": "3003020201",
    "bytes after the last one": "300205000000",
    "bytes within, after the last one": "300405000000",
    "a length that is not the shortest": "3081020500",
    "a length with a zero before it": "04820080" + "00" * 128,
    "an end that is not said": "308005000000",
    "a tag of many bytes": "1f810100",
    "no tag": "0000",
}


@pytest.mark.parametrize("data", WELL_FORMED)
def test_what_is_well_formed(data):
    der.check_der(bytes.fromhex(data))


@pytest.mark.parametrize("data", FAULTS.values(), ids=FAULTS)
def test_what_is_not(data):
    with pytest.raises(ValueError):
        der.check_der(bytes.fromhex(data))


def test_depth_costs_no_recursion():
    data = b"\x05\x00"
    for _ in range(5000):
        head = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
        data = (
            bytes([0x30, len(data)])
            if len(data) < 128
            else b"\x30" + bytes([0x80 + len(head)]) + head
        ) + data
    der.check_der(data)
