"""What function/slim.py leaves of the packages is enough for both functions, and a scanner still sees each of them."""

import gzip
import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import botocore
import pytest
from conftest import FUNCTION_ROOT, REGION

from bench.packages import REFERENCE, locked, size, size_of, slimmed

WRITES_AND_READS = """
import io, sys
import pyarrow as pa, pyarrow.parquet as pq
from export.columns import TableColumns
from export.itempages import PageReader
from export.row_groups import row_groups
from export.shape import TableShape
from export.spool import Spool
from shared.clients import dynamodb_client, s3_client

item = b'{"id":{"S":"a"},"fee":{"N":"1.5"},"tags":{"SS":["x","y"]},"in":{"M":{"deep":{"L":[{"B":"AA=="}]}}}}'
body = b'{"Items":[' + item + b'],"Count":1}'
page, content, shape = PageReader().read(body).items, io.BytesIO(), TableShape()
with Spool() as spool:
    shape.learn(page)
    spool.write(page)
    columns = TableColumns(shape)
    with pq.ParquetWriter(content, columns.schema, compression="zstd") as writer:
        for group in row_groups(columns, spool.pages()):
            writer.write_table(group)
print("pyarrow.compute" in sys.modules)
table = pq.ParquetFile(pa.BufferReader(content.getvalue())).read()
print([str(value) for value in table.to_pylist()[0].values()])
file = {"Bucket": "reports", "Key": "k"}
print(s3_client().generate_presigned_url("get_object", Params=file, ExpiresIn=60).split("?")[0])
print(dynamodb_client().meta.endpoint_url)
import shared.auth
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return slimmed(tmp_path_factory.mktemp("slim"))


def told(*options: str, packages: str = "") -> list[str]:
    settings = {"PYTHONPATH": f"{packages}:{FUNCTION_ROOT}", "AWS_DEFAULT_REGION": REGION}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *options, "-c", WRITES_AND_READS]
    done = subprocess.run(command, env=settings | keys, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_slimmed_packages_write_and_read_a_member_file_and_reach_aws_as_whole_ones_do(packages: Path) -> None:
    loaded, *slim = told("-S", packages=str(packages))  # -S: these packages and no others
    assert loaded == "False"
    assert slim == told()[1:]
    assert slim[0] == "['1.5', 'a', \"{'deep': [b'\\\\x00']}\", \"['x', 'y']\"]"
    assert slim[2] == f"https://dynamodb.{REGION}.amazonaws.com"


def test_every_locked_package_is_still_named_where_scanners_look(packages: Path) -> None:
    found = {each.metadata["Name"].lower().replace("_", "-") for each in distributions(path=[str(packages)])}
    assert found == set(locked())


def test_packages_of_the_export_are_two_fifths_of_the_usual_ones(packages: Path) -> None:
    assert size(packages) <= 0.40 * size_of(REFERENCE)


@pytest.mark.parametrize("service", ["dynamodb/2012-08-10", "s3/2006-03-01"])
def test_descriptions_lack_nothing_but_what_is_told_to_people(packages: Path, service: str) -> None:
    for packed in Path(botocore.__file__).parent.joinpath("data", service).glob("*.json.gz"):
        whole = json.loads(gzip.decompress(packed.read_bytes()))
        slim = json.loads((packages / "botocore/data" / service / packed.stem).read_text())
        assert slim == untold(whole), packed.name


def untold(described: Any) -> Any:
    if isinstance(described, dict):
        return {
            name: "" if name == "documentation" and isinstance(each, str) else untold(each)
            for name, each in described.items()
        }
    return [untold(each) for each in described] if isinstance(described, list) else described


def test_pattern_that_fits_nothing_any_more_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "pandas").mkdir()
    command = [sys.executable, FUNCTION_ROOT / "slim.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pandas has no tests any more" in done.stderr
