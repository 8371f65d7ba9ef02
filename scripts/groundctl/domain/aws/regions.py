"""The Regions with AWS's built-in functions for video classification, and the accounts that own them.

Source: the documentation text of HumanTaskConfig.PreHumanTaskLambdaArn and of
AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn in botocore's SageMaker model; a contract test compares.
"""

# Account IDs are text, because the one of us-west-2 starts with 0.
BUILT_IN_LAMBDA_ACCOUNTS = {
    "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483",
    "ap-south-1": "565803892007",
    "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
    "ca-central-1": "918755190332",
    "eu-central-1": "203001061592",
    "eu-west-1": "568282634449",
    "eu-west-2": "487402164563",
    "us-east-1": "432418664414",
    "us-east-2": "266458841044",
    "us-west-2": "081040173940",
}
PUBLIC_CROWD_ACCOUNT = "394669845002"


def pre_annotation_lambda(region: str) -> str:
    """Return the ARN of the function that passes a manifest line to the worker page."""
    return f"arn:aws:lambda:{region}:{BUILT_IN_LAMBDA_ACCOUNTS[region]}:function:PRE-VideoMultiClass"


def consolidation_lambda(region: str) -> str:
    """Return the ARN of the function that consolidates workers' answers into one label."""
    return f"arn:aws:lambda:{region}:{BUILT_IN_LAMBDA_ACCOUNTS[region]}:function:ACS-VideoMultiClass"


def public_crowd_team(region: str) -> str:
    """Return the ARN of the public workforce's team."""
    return f"arn:aws:sagemaker:{region}:{PUBLIC_CROWD_ACCOUNT}:workteam/public-crowd/default"
