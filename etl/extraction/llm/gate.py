"""Which articles a model is asked about: those that may name arms, in whatever language."""

from etl.extraction.gate import name_arms
from etl.reference.languages import names_arms
from etl.sources import Article
from etl.sources.article import READ_BY_RULES


def is_sent(article: Article) -> bool:
    """Return whether an article may name equipment. In a language whose words the tables do not know, each does."""
    if article.language in READ_BY_RULES:
        return name_arms([article.text])[0]
    return names_arms(article.text, article.language)
