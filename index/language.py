"""Text -> its language, as far as stemming needs it: told by its function words."""

import regex

DEFAULT = "en"
_SAMPLE = 20_000  # characters looked at: enough to be sure
_WORD = regex.compile(r"[\p{L}\p{M}]+")

# Frequent words that tell one language in Latin script from the others; a word shared by two counts for both.
_FUNCTION_WORDS = {
    "en": "the of and to is was are in for that with what which who how did does by from his this were",
    "es": "el la los las de del que y en un una por con para es fue se qué cuál quién cómo su al más cuántos",
    "fr": "le la les des du de et est un une dans que qui pour par sur au aux il elle quel quelle où ce à en",
    "de": "der die das und ist den dem ein eine von zu mit im für auf wer was wie welche nicht wurde werden",
    "it": "il la lo gli di del della e è un una che per con nel chi quale quanto sono dei alla non i come",
    "pt": "o a os as do da dos das e é um uma que em no na por com para quem qual como não foi ao mais",
    "nl": "de het een van en is in dat op te met voor wie wat hoe welke werd zijn niet aan door er worden",
    "sv": "och att det en ett som är på av för med den till vad vem hur vilken var inte från har om i",
    "da": "og at det en et som er på af for med den til hvad hvem hvordan hvilken var ikke fra har om i",
    "no": "og at det en et som er på av for med den til hva hvem hvordan hvilken var ikke fra har om i",
    "fi": "ja on ei se että oli kuin mutta joka mitä kuka miten ovat tai myös hän kun sen ole missä",
    "hu": "a az és egy hogy nem van volt is ez mint meg mi ki hol melyik milyen azt csak el de",
    "ro": "și în de la un o este a cu pe din care ce cine cum mai nu pentru sunt al fost prin au",
    "tr": "ve bir bu da de için ile ne kim nasıl olarak olan hangi çok gibi daha kadar sonra var en",
    "ca": "el la els les de del i és un una que en per amb al quin quina com qui va ser són dels no",
}
_HINTS: dict[str, list[str]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _HINTS.setdefault(_word, []).append(_language)


def language(text: str, among: frozenset[str] | None = None) -> str:
    """The ISO 639-1 code of the language whose function words are most frequent; English if there are none.

    Only the languages `among` are considered, where given. It tells languages in Latin script apart: in other
    scripts a word's own letters choose its stemmer.
    """
    votes = dict.fromkeys(sorted(among or _FUNCTION_WORDS), 0.0)
    for word in _WORD.findall(text[:_SAMPLE].casefold()):
        known = _HINTS.get(word, ())
        for code in known:
            if code in votes:
                votes[code] += 1 / len(known)
    best = max(votes, key=lambda code: (votes[code], code == DEFAULT))
    return best if votes[best] or among else DEFAULT
