"""The cells of a CSV file, each with its place; and the guard against formulas in them.

A spreadsheet runs a cell that begins with = + - or @ as a formula. So such a cell is written with
an apostrophe before it, and so is one that begins with an apostrophe: reading takes it off again.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.faults import Fault, FaultyFile
from checklist.formats.text import Places

# Also in full width, which some spreadsheets read as the same, and what they skip at the start.
GUARDED = re.compile("['=+\\-@\t\r\n＝＋－＠]")
NEEDS_QUOTES = re.compile(r'[,;"\t\r\n]|^\s|\s$')
QUOTED = re.compile('"((?:[^"]++|"")*+)"')
DOUBLED = re.compile('""')
MAX_CELLS = 100
DELIMITERS = ",;\t"


@dataclass(slots=True)
class Cell:
    """`text` as it is meant; `place` says where in the file one of its characters stands."""

    text: str
    start: int
    doubled: list[int]
    places: Places

    def place(self, index: int = 0) -> tuple[int, int]:
        return self.places.at(self.start + index + bisect_left(self.doubled, index))


def written(text: str) -> str:
    """The cell as it stands in the file."""
    if GUARDED.match(text):
        text = f"'{text}"
    if NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def rows(text: str) -> Iterator[list[Cell]]:
    """The rows that are not blank. The first row says which of DELIMITERS separates its cells."""
    delimiter = _delimiter(text)
    plain = re.compile(f"[^{delimiter}\r\n]*+")
    places, at, row = Places(text), 0, list[Cell]()
    while at <= len(text):
        cell, at = _cell(text, at, plain, places)
        row.append(cell)
        if len(row) > MAX_CELLS:
            problem = f"this row has more than {MAX_CELLS} cells"
            raise FaultyFile([Fault(*cell.place(), problem, "put text with commas in quotes")])
        if text[at : at + 1] == delimiter:
            at += 1
            continue
        if any(cell.text for cell in row):
            yield row
        row = []
        at += 2 if text[at : at + 2] == "\r\n" else 1


def _delimiter(text: str) -> str:
    head = re.split("[\r\n]", text, maxsplit=1)[0]
    return max(DELIMITERS, key=head.count)


def _cell(text: str, at: int, plain: re.Pattern[str], places: Places) -> tuple[Cell, int]:
    if text[at : at + 1] != '"':
        match = plain.match(text, at)
        end = match.end() if match else at
        return _meant(text[at:end], at, [], places), end
    match = QUOTED.match(text, at)
    if match is None:
        remedy = 'close it with ", and write a quote inside it twice'
        raise FaultyFile([Fault(*places.at(at), "this quoted cell never ends", remedy)])
    end = match.end()
    follows = plain.match(text, end)
    if follows and follows[0]:
        # Where the quote is closed lines later, the one that opens it is the mistake.
        place = places.at(at if "\n" in match[1] else end)
        problem = f"something stands behind the closing quote, in line {places.at(end)[0]}"
        raise FaultyFile([Fault(*place, problem, "write a quote inside a cell twice")])
    doubled = [found.start() - number for number, found in enumerate(DOUBLED.finditer(match[1]))]
    return _meant(match[1].replace('""', '"'), at + 1, doubled, places), end


def _meant(text: str, start: int, doubled: list[int], places: Places) -> Cell:
    if text.startswith("'") and GUARDED.match(text, 1):
        return Cell(text[1:], start + 1, [index - 1 for index in doubled], places)
    return Cell(text, start, doubled, places)
