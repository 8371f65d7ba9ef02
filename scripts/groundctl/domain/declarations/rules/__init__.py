"""Rules about one declaration that the schema cannot express; importing this package registers them all.

GT2xx are about the declaration itself, GT5xx about this repository's policy. Sources of the limits: botocore's SageMaker
model and AWS's Ground Truth guide; comments note where they disagree.
"""

import groundctl.domain.declarations.rules.identity
import groundctl.domain.declarations.rules.input
import groundctl.domain.declarations.rules.labels
import groundctl.domain.declarations.rules.output
import groundctl.domain.declarations.rules.policy
import groundctl.domain.declarations.rules.stopping
import groundctl.domain.declarations.rules.tags
import groundctl.domain.declarations.rules.task_text
import groundctl.domain.declarations.rules.workforce  # noqa: F401
