"""Which models somebody sees and may use."""

from collections.abc import Sequence

import pytest

from chat.errors import BadRequest, Unavailable
from chat.upstream.catalogue import Catalogue, Listed
from chat.upstream.connections import ConnectionSettings, ModelSettings

RESEARCHERS, OTHERS = frozenset({1}), frozenset({2})


def connection(
    name: str = "one", *models: ModelSettings, listed: Sequence[str] | None = None
) -> ConnectionSettings:
    return ConnectionSettings(
        name, f"http://{name}.example", listed=None if listed is None else tuple(listed), models=models
    )


def ids(catalogue: Catalogue, groups: frozenset[int] = frozenset()) -> list[str]:
    return [info.id for info in catalogue.models(groups)]


def test_models_are_listed_in_the_order_of_connections_and_providers() -> None:
    listings = {"one": [Listed("b"), Listed("a", 4096)], "two": [Listed("c")]}
    catalogue = Catalogue([connection("one"), connection("two")], listings)
    assert ids(catalogue) == ["b", "a", "c"]
    assert [info.default for info in catalogue.models(())] == [True, False, False]
    assert catalogue.choose("a", ()).context_length == 4096


def test_given_models_need_no_listing() -> None:
    assert ids(Catalogue([connection(listed=["x", "y"])], {})) == ["x", "y"]


def test_the_admin_renames_hides_and_arranges() -> None:
    models = (
        ModelSettings("a", name="Assistant", default=True, context_length=1000, vision=True),
        ModelSettings("b", hidden=True),
        ModelSettings("unlisted"),
    )
    catalogue = Catalogue([connection("one", *models)], {"one": [Listed("c"), Listed("b"), Listed("a", 9)]})
    assert ids(catalogue) == ["c", "a", "unlisted"]
    info = catalogue.choose("", ())
    assert (info.id, info.name, info.context_length, info.vision) == ("a", "Assistant", 1000, True)
    with pytest.raises(BadRequest):
        catalogue.choose("b", ())


def test_groups_decide_who_sees_and_uses_a_model() -> None:
    models = (ModelSettings("a", groups=RESEARCHERS, default=True), ModelSettings("b"))
    catalogue = Catalogue([connection("one", *models, listed=["a", "b"])], {})
    assert ids(catalogue, RESEARCHERS) == ["a", "b"]
    assert ids(catalogue, OTHERS) == ["b"]
    assert catalogue.choose("", OTHERS).id == "b"
    with pytest.raises(BadRequest) as refused:
        catalogue.choose("a", OTHERS)
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


def test_groups_also_hold_while_the_provider_lists_nothing() -> None:
    catalogue = Catalogue([connection("one", ModelSettings("a", groups=RESEARCHERS))], {"one": None})
    with pytest.raises(BadRequest):
        catalogue.choose("a", OTHERS)


def test_the_same_model_of_another_connection_is_told_apart() -> None:
    catalogue = Catalogue([connection("one", listed=["a"]), connection("two", listed=["a"])], {})
    assert ids(catalogue) == ["a", "two/a"]
    found = catalogue.find("two/a")
    assert (found.connection, found.upstream_id) == ("two", "a")


def test_an_unknown_model_is_refused_when_all_are_known() -> None:
    with pytest.raises(BadRequest):
        Catalogue([connection(listed=["a"])], {}).choose("b", ())


def test_without_a_listing_a_named_model_is_tried() -> None:
    catalogue = Catalogue([connection("one", listed=["a"]), connection("two")], {"two": None})
    assert catalogue.choose("b", ()).connection == "two"
    assert catalogue.find("b").upstream_id == "b"
    with pytest.raises(Unavailable) as none:
        Catalogue([connection("two")], {"two": None}).choose("", ())
    assert "CHAT_MODELS" in none.value.message


def test_models_that_cannot_chat_are_not_listed_unless_they_are_named() -> None:
    listing = [Listed("text-embedding-3-small"), Listed("whisper-1"), Listed("gpt-4o-mini"), Listed("tts-1")]
    assert ids(Catalogue([connection()], {"one": listing})) == ["gpt-4o-mini"]
    assert ids(Catalogue([connection("one", ModelSettings("tts-1"))], {"one": listing})) == [
        "gpt-4o-mini",
        "tts-1",
    ]


def test_only_allowed_parameters_may_be_set() -> None:
    models = (ModelSettings("a", allowed_params=frozenset({"temperature"})),)
    info = Catalogue([connection("one", *models)], {}).choose("a", ())
    info.refuse_params({"temperature": 1})
    with pytest.raises(BadRequest) as refused:
        info.refuse_params({"temperature": 1, "top_p": 1})
    assert (refused.value.code, refused.value.param) == ("parameter_not_allowed", "params.top_p")


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("gpt-4o-mini", True),
        ("gpt-5.2", True),
        ("gpt-3.5-turbo", False),
        ("o3", True),
        ("o3-mini", False),
        ("anthropic/claude-sonnet-4.5", True),
        ("gemma3:27b", True),
        ("gemma3:1b", False),
        ("llama3.2-vision:11b", True),
        ("llama3.2:3b", False),
        ("qwen2.5vl:7b", True),
        ("Qwen/Qwen3-VL-8B-Instruct", True),
        ("qwen3:8b", False),
        ("deepseek-r1:8b", False),
    ],
)
def test_a_well_known_model_is_known_to_see(name: str, sees: bool) -> None:
    (info,) = Catalogue([connection("one")], {"one": [Listed(name)]}).models(())
    assert info.vision is sees


def test_what_the_provider_says_of_seeing_counts_more_than_the_name_and_the_administrator_most() -> None:
    listing = {"one": [Listed("gpt-4o", vision=False), Listed("mine", vision=True), Listed("blind")]}
    models = Catalogue([connection("one", ModelSettings("blind", vision=True))], listing).models(())
    assert [(info.id, info.vision) for info in models] == [("gpt-4o", False), ("mine", True), ("blind", True)]
