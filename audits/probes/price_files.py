"""The file of prices, as types: fixtures/prices.yaml has the form."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from audits.probes.prices import Prices, PricesFault, Row

Rate = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]


def _day(value: object) -> object:
    return None if value == "" else value


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    models: list[str] = Field(min_length=1)
    starts: Annotated[dt.date | None, BeforeValidator(_day)] = Field(default=None, alias="from")
    prompt_above: int = Field(default=-1, ge=-1)
    prompt_up_to: int | None = Field(default=None, ge=0)
    input: Rate
    output: Rate
    cache_write_5m: Rate
    cache_write_1h: Rate
    cache_read: Rate


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: dt.date
    source: str = ""
    batch_discount: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(0)
    models: list[_Row] = Field(min_length=1)


def read(path: Path) -> Prices:
    try:
        # Text alone: a number that has been a float is no price any more.
        found = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506  # nosec B506
        file = _File.model_validate(found)
    except OSError as error:
        raise PricesFault(f"{path} cannot be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise PricesFault(f"{path} is not YAML: {_one_line(error)}") from None
    except ValidationError as error:
        raise PricesFault(f"{path}: {_first(error)}") from None
    rows = [Row(**row.model_dump()) for row in file.models]
    return Prices(rows, as_of=file.as_of, batch_discount=file.batch_discount)


def _first(error: ValidationError) -> str:
    found = error.errors()[0]
    where = ".".join(str(part) for part in found["loc"])
    return f"{where or 'the file'}: {found['msg']}. See fixtures/prices.yaml for the form."


def _one_line(error: yaml.YAMLError) -> str:
    return " ".join(str(error).split())
