"""Worker task templates with an ARN. Video classification cannot use one; RenderUiTemplate can render one."""

from __future__ import annotations

import hashlib
from typing import Any

from groundtruth_simulator.exceptions import ResourceNotFound, name_in_use
from groundtruth_simulator.models.environment import Environment
from groundtruth_simulator.models.resource import Params, Resource, registry_page
from groundtruth_simulator.validation.closings import check_customer


class HumanTaskUiRegistry:
    """The templates of one account and Region."""

    def __init__(self, environment: Environment, *, account: str, region: str, partition: str) -> None:
        """Start empty."""
        self.environment = environment
        self.region = region
        self._arn = f"arn:{partition}:sagemaker:{region}:{account}:human-task-ui/"
        self._uis: dict[str, Resource] = {}

    def create_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Create a template."""
        check_customer(self.environment.settings, self.environment.clock.now())
        name = params["HumanTaskUiName"]
        if name in self._uis:
            raise name_in_use("Human task UI", self._uis[name].arn)
        ui = self._uis[name] = Resource(name, f"{self._arn}{name}", params, self.environment.clock.now())
        return {"HumanTaskUiArn": ui.arn}

    def describe_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Return a template's digest and URL, not its content."""
        ui = self._ui(params["HumanTaskUiName"])
        digest = hashlib.sha256(ui.request["UiTemplate"]["Content"].encode()).hexdigest()
        return {
            "HumanTaskUiArn": ui.arn,
            "HumanTaskUiName": ui.name,
            "HumanTaskUiStatus": "Active",
            "CreationTime": ui.created,
            "UiTemplate": {"Url": f"https://{ui.name}.ui.{self.region}.example", "ContentSha256": digest},
        }

    def list_human_task_uis(self, params: Params) -> dict[str, Any]:
        """Return one page of templates."""
        page, next_token = registry_page(self._uis, params)
        summaries = [{"HumanTaskUiName": ui.name, "HumanTaskUiArn": ui.arn, "CreationTime": ui.created} for ui in page]
        return {"HumanTaskUiSummaries": summaries, **next_token}

    def delete_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Delete a template."""
        del self._uis[self._ui(params["HumanTaskUiName"]).name]
        return {}

    def content(self, arn: str) -> str:
        """Return the content of a template by its ARN."""
        return str(self._ui(arn.rpartition("/")[2]).request["UiTemplate"]["Content"])

    def find_by_arn(self, arn: str) -> Resource | None:
        """Return the template with an ARN, if there is one."""
        return next((ui for ui in self._uis.values() if ui.arn == arn), None)

    def _ui(self, name: str) -> Resource:
        if name not in self._uis:
            raise ResourceNotFound(f"Human task UI {name} was not found.")
        return self._uis[name]
