"""Values that AWS's documentation lists and its model does not enforce, parsed from the documentation in botocore.

Parsing keeps the tables as current as the installed botocore.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from moto.core.utils import get_service_model

LAMBDA_ARN = re.compile(r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[\w-]+)")
CLASSIFICATION_PRICES = re.compile(
    r"prices for image classification, text classification, and custom tasks.*?</ul>", re.DOTALL
)


@cache
def builtin_lambdas() -> dict[str, frozenset[str]]:
    """Return the ARNs of the built-in Lambdas by role: "PRE" (before the task) and "ACS" (consolidation)."""
    return {
        "PRE": _arns("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        "ACS": _arns("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    }


def task_type(lambda_arn: str) -> str:
    """Return the task type of a built-in Lambda, such as "VideoMultiClass"."""
    return lambda_arn.rpartition(":")[2].partition("-")[2]


@cache
def classification_prices() -> frozenset[Decimal]:
    """Return the documented prices of classification tasks in US dollars; AWS lists none for video (inferred)."""
    text = CLASSIFICATION_PRICES.search(_model().shape_for("PublicWorkforceTaskPrice").documentation)
    return frozenset(Decimal(price) for price in re.findall(r"<p>\s*(\d\.\d{3})\s*</p>", text[0] if text else ""))


def _arns(shape: str, member: str) -> frozenset[str]:
    documentation = _model().shape_for(shape).members[member].documentation
    return frozenset(match[0] for match in LAMBDA_ARN.finditer(documentation))


def _model() -> Any:
    return get_service_model("sagemaker")
