"""Every sentence of the pages is there in Chinese: in the catalogue, and in what was compiled from it."""

from django.utils import translation
from languages.catalogue import compiled, written
from languages.sentences import Sentence, in_python, in_template, placeholders, sentences


def of_django(sentence: Sentence) -> bool:
    """Whether Django itself translates it."""
    with translation.override("zh-hans"):
        if sentence.context:
            return translation.pgettext(sentence.context, sentence.text) != sentence.text
        return translation.gettext(sentence.text) != sentence.text


def test_every_sentence_is_translated() -> None:
    known = compiled()
    missing = [
        f"{place}: {sentence.text!r}"
        for sentence, place in sentences().items()
        if not (sentence.key in known or of_django(sentence))
    ]
    assert not missing, "without Chinese:\n" + "\n".join(missing)


def test_a_translation_keeps_the_places_of_the_values() -> None:
    known = compiled()
    wrong = [
        f"{place}: {sentence.text!r}: {translated!r}"
        for sentence, place in sentences().items()
        for translated in known.get(sentence.key, ())
        if placeholders(translated) != placeholders(sentence.plural or sentence.text)
    ]
    assert not wrong, "other places for values:\n" + "\n".join(wrong)


def test_nothing_is_translated_that_nobody_says() -> None:
    superfluous = compiled().keys() - {sentence.key for sentence in sentences()}
    assert not superfluous, "said nowhere:\n" + "\n".join(sorted(superfluous))


def test_what_was_compiled_is_what_was_written() -> None:
    one, other = written(), compiled()
    different = sorted(key for key in one | other if one.get(key) != other.get(key))
    assert not different, "compile the catalogue anew (docs/translations.md); different:\n" + "\n".join(
        different
    )


def test_the_search_finds_the_sentences_of_python() -> None:
    source = """
x = _("one") + translation.gettext('two ' "parts")
y = ngettext("{n} thing", "{n} things", n), pgettext("a verb", "archive"), _(name), other("none")
class Kind(TextChoices):
    A = "a", gettext_lazy("Kind A")
"""
    assert set(in_python(source)) == {
        Sentence("one"),
        Sentence("two parts"),
        Sentence("{n} thing", "{n} things"),
        Sentence("archive", context="a verb"),
        Sentence("Kind A"),
    }


def test_the_search_finds_the_sentences_of_templates() -> None:
    source = """{% load i18n %}<p title="{% translate 'It’s here' %}">{% translate "one" as one %}
{{ title|default:_("none") }} {% translate "archive" context "a verb" %} {% translate name %} gettext
{% blocktranslate trimmed with a=b %}
   Two
   lines, {{ a }}
{% endblocktranslate %}{% blocktranslate asvar told %}kept{% endblocktranslate %}
{% blocktranslate count n=things|length %}{{ n }} thing{% plural %}{{ n }} things{% endblocktranslate %}
{% comment %}{% translate "not said" %}{% endcomment %}"""
    assert set(in_template(source)) == {
        Sentence("It’s here"),
        Sentence("one"),
        Sentence("none"),
        Sentence("archive", context="a verb"),
        Sentence("Two lines, %(a)s"),
        Sentence("kept"),
        Sentence("%(n)s thing", "%(n)s things"),
    }
