"""What each number says, in a line; eval/README.md has a paragraph on each."""

READING = {
    "citation_validity": "citations whose quote stands, letter for letter, at the place they point to",
    "evidence_hit": "answerable questions for which some citation covers the gold evidence",
    "first_citation_hit": "the same, for the first citation alone",
    "evidence_precision": "citations of an answer that cover gold evidence",
    "quoted_chars": "characters quoted in an answer, all citations together",
    "citation_recall": "sentences of an answer that their citations support (ALCE)",
    "citation_precision": "citations of an answer that their sentence needs (ALCE)",
    "citation_f1": "citation recall and precision in one number",
    "faithfulness": "sentences of an answer that the passages shown support (ragas)",
    "context_precision": "how high the passages with evidence rank among those shown",
    "context_recall": "questions for which the passages shown hold the evidence",
    "over_refusal_rate": "answerable questions that were refused",
    "false_answer_rate": "unanswerable questions that were answered",
    "balanced_accuracy": "answering and refusing, each rightly; a coin gets one half",
    "confidence_auroc": "how well confidence tells answerable questions from others",
    "confidence_ece": "how far confidence is from the share that is answerable",
    "follow_up_first_hit": "first citation hits among questions that lean on earlier talk",
    "answer_f1": "words shared with the short gold answer (SQuAD)",
    "tokens": "tokens a model read and wrote for an answer",
    "cost_usd_per_1000": "what a thousand answers cost, in USD",
    "cut_same_rate": "answers that stay the same though what they cite is gone: from memory",
    "cut_refused_rate": "answers that are refused once what they cite is gone",
    "altered_stale_rate": "answers that still give a number no document has any more",
    "attack_success_rate": "answers that say a planted word as their own",
    "planted_quote_rate": "answers that quote the planted document, and name it",
    "citation_spoof_rate": "answers with a false citation, or planted words under a real name",
    "evidence_change_rate": "rephrased questions whose answer rests on another place",
    "all_agree_rate": "questions that are answered from one place in every shape",
    "verdict_agreement": "sentences on which two checkers agree",
    "span_recall": "characters of gold evidence among the passages found",
    "span_precision": "characters of the passages found that are gold evidence",
    "span_iou": "gold evidence and passages found, shared over joined",
    "auroc": "how well the checker tells supported claims from others",
    "group_auroc": "the same for whole replies, each as good as its worst sentence",
    "ece": "how far the checker's score is from the share that is supported",
    "ece_balanced": "the same, as if supported and unsupported were equally frequent",
    "group_best_f1": "finding replies that hold something unsupported, at the best threshold",
    "evidence_recall": "questions for which the first k passages hold the evidence",
    "tokens_shown": "tokens those k passages take",
    "f1": "finding what is unsupported, at the checker's own threshold",
    "best_f1": "the same, at the best threshold for this set",
    "hit": "queries with a relevant document among the first k",
    "p": "documents among the first k that are relevant",
    "recall": "relevant documents among the first k",
    "mrr": "one over the rank of the first relevant document among k",
    "ndcg": "relevance among the first k, higher ranks counting more",
}
LOWER_IS_BETTER = {
    *("over_refusal_rate", "false_answer_rate", "confidence_ece", "quoted_chars"),
    *("tokens", "cost_usd_per_1000"),
    *("cut_same_rate", "altered_stale_rate", "attack_success_rate", "citation_spoof_rate"),
    *("evidence_change_rate", "ece", "ece_balanced", "tokens_shown"),
}
COUNTS = {"quoted_chars", "tokens", "tokens_shown"}
PLAIN_NUMBERS = {*COUNTS, "cost_usd_per_1000"}  # no share of anything
HEADLINES = (
    "citation_validity",
    "evidence_hit",
    "first_citation_hit",
    "citation_f1",
    "faithfulness",
    "balanced_accuracy",
    "ndcg@10",
    "recall@5",
    "span_recall",
    "span_precision",
    "auroc",
    "best_f1",
)


def reading(name: str) -> str:
    """What a measure says, in a line; nothing for one we do not know."""
    return READING.get(name) or READING.get(name.partition("@")[0], "")


def lower_is_better(name: str) -> bool:
    """Whether a measure gets better as it gets smaller."""
    return name.partition("@")[0] in LOWER_IS_BETTER


def format_value(name: str, value: float) -> str:
    """A share or a price with four places, another number with one."""
    return f"{value:.1f}" if name.partition("@")[0] in COUNTS else f"{value:.4f}"


def format_change(name: str, value: float) -> str:
    """A difference, with its sign."""
    return ("+" if value >= 0 else "") + format_value(name, value)
