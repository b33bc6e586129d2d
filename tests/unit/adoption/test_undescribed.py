"""Tables that are proposed for images which the template does not describe."""

from __future__ import annotations

import tomllib

from release.adoption import undescribed


def test_two_parameters_that_say_only_that_they_are_an_image_s_give_two_names() -> None:
    lacking = {"ImageUri": ("DetectFunction",), "ImageUrl": ("TrainFunction",)}
    files = {"detect/Dockerfile": b"FROM scratch\n", "train/Dockerfile": b"FROM scratch\n"}
    written = undescribed.tables(lacking, list(files), (), "app", files.__getitem__)
    images = tomllib.loads(written)["images"]
    assert {name: (each["repository"], each["parameter"]) for name, each in images.items()} == {
        "function": ("app/function", "ImageUri"),
        "function-2": ("app/function-2", "ImageUrl"),
    }


def test_a_long_name_keeps_whole_words() -> None:
    parameter = "OrderReconciliationAnomalyDetectionImageUri"
    written = undescribed.tables({parameter: ("F",)}, ["Dockerfile"], (), "app", lambda _: b"FROM scratch\n")
    assert list(tomllib.loads(written)["images"]) == ["order-reconciliation-anomaly"]
