"""RenderUiTemplate: Liquid with the filters of Ground Truth, and errors as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from simulator.world import World

PAGE = """
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="{{ task.input.title }}">
    <classification-target><video><source src="{{ task.input.taskObject | grant_read_access }}"></video></classification-target>
    {% for label in task.input.labels %}<i>{{ label }}</i>{% endfor %}
  </crowd-classifier>
</crowd-form>
"""


def render(world: World, content: str, **task_input: Any) -> dict[str, Any]:
    answer = world.sagemaker.render_ui_template(
        UiTemplate={"Content": content}, Task={"Input": json.dumps(task_input)}, RoleArn=world.role
    )
    return {name: answer[name] for name in ("RenderedContent", "Errors")}


@pytest.mark.parametrize(
    ("content", "page"),
    [
        ("{{ task.input.x }}", "&lt;b&gt; &amp;amp; &#34;q&#34;"),
        ("{{ task.input.x | skip_autoescape }}", '<b> &amp; "q"'),
        ("{{ task.input.x | escape }}", "&lt;b&gt; &amp;amp; &#34;q&#34;"),
        ("{{ task.input.x | escape_once }}", "&lt;b&gt; &amp; &quot;q&quot;"),
        ("{{ task.input.list | to_json }}", "[&#34;a&#34;, &#34;b&lt;&#34;]"),
        ("{{ task.input.list | to_json | escape }}", "[&#34;a&#34;, &#34;b&lt;&#34;]"),
        ("{{ task.input.list | to_json | skip_autoescape }}", '["a", "b<"]'),
        ("{% if task.input.no %}yes{% else %}no{% endif %}", "no"),
        ("{{ task.input.list | size | plus: 1 }}", "3"),
        ("[{{ task.input.nothing.at.all }}]", "[]"),
    ],
)
def test_template_output_is_escaped_unless_the_template_skips_it(world: World, content: str, page: str) -> None:
    assert render(world, content, x='<b> &amp; "q"', list=["a", "b<"]) == {"RenderedContent": page, "Errors": []}


def test_a_clip_in_a_rendered_page_can_be_played(served_world: World) -> None:
    assert served_world.bucket
    clip = served_world.put("clips/a b+c.mp4", "moving pictures")

    answer = render(served_world, PAGE, taskObject=clip, labels=["goal", "no <goal>"], title="Goal?")

    assert answer["Errors"] == []
    assert 'categories="[&#34;goal&#34;, &#34;no &lt;goal&gt;&#34;]"' in answer["RenderedContent"]
    assert "<i>no &lt;goal&gt;</i>" in answer["RenderedContent"]
    url = answer["RenderedContent"].partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    assert url.startswith(f"{served_world.url}/acme-clips/clips/a%20b%2Bc.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert requests.get(url, timeout=10).content == b"moving pictures"
    assert requests.get(url, headers={"Range": "bytes=0-5"}, timeout=10).content == b"moving"


def test_in_process_a_clip_has_an_aws_s3_url(world: World) -> None:
    answer = render(world, "{{ task.input.taskObject | grant_read_access }}", taskObject="s3://acme-clips/a.mp4")

    assert answer["RenderedContent"].startswith("https://acme-clips.s3.us-east-1.amazonaws.com/a.mp4?X-Amz-Algorithm")
    assert "X-Amz-Signature=" in answer["RenderedContent"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("{{ oops", "TemplateRenderingFailure", "expected '}}'"),
        ("{% if x %}", "TemplateRenderingFailure", "expected tag"),
        ("{{ 'a' | nothing }}", "TemplateRenderingFailure", "nothing"),
        ("{{ 'https://x' | grant_read_access }}", "TemplateRenderingFailure", "https://x is not an S3 URI"),
        ("{% include 'x' %}", "TemplateRenderingFailure", "x"),
        ("{% for a in (1..9999999) %}{{ a }}{% endfor %}", "TemplateRenderingFailure", "loop iteration"),
    ],
)
def test_a_template_that_cannot_be_rendered_returns_errors_as_data(
    world: World, content: str, code: str, message: str
) -> None:
    answer = render(world, content)

    [error] = answer["Errors"]
    assert answer["RenderedContent"] == ""
    assert error["Code"] == code
    assert message in error["Message"]


def test_a_task_input_that_is_not_json_returns_errors_as_data(world: World) -> None:
    answer = world.sagemaker.render_ui_template(
        UiTemplate={"Content": "x"}, Task={"Input": "{oops"}, RoleArn=world.role
    )

    assert [error["Code"] for error in answer["Errors"]] == ["InvalidTaskInput"]


def test_a_human_task_ui_can_be_rendered_by_its_arn(world: World) -> None:
    ui = world.sagemaker.create_human_task_ui(HumanTaskUiName="page", UiTemplate={"Content": "{{ task.input.a }}"})

    answer = world.sagemaker.render_ui_template(
        HumanTaskUiArn=ui["HumanTaskUiArn"], Task={"Input": '{"a": 1}'}, RoleArn=world.role
    )

    assert answer["RenderedContent"] == "1"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({}, "ValidationException", "Exactly one of UiTemplate and HumanTaskUiArn must be provided."),
        (
            {"UiTemplate": {"Content": "x"}, "RoleArn": "arn:aws:iam::123456789012:role/missing"},
            "ValidationException",
            "Could not assume role arn:aws:iam::123456789012:role/missing. Please ensure that the role exists and "
            "allows principal 'sagemaker.amazonaws.com' to assume the role.",
        ),
        (
            {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:123456789012:human-task-ui/none"},
            "ResourceNotFound",
            "Human task UI none was not found.",
        ),
    ],
)
def test_an_invalid_render_request_is_refused(world: World, changes: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        world.sagemaker.render_ui_template(**{"Task": {"Input": "{}"}, "RoleArn": world.role, **changes})

    assert (caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]) == (code, message)
