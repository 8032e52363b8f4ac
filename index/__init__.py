"""From a file to passages you can find; no language model.

passage.py    Source, Passage, ScoredPassage: the types every room speaks
source.py     a file or an address -> Source (title, exact text, sha256)
sentences.py  text -> sentence spans that tile it
chunk.py      Source -> Passages, each an exact slice of the text
graph.py      BERT's layers as an ONNX graph, and sessions to run it
encoder.py    the MiniLM weights -> such a graph, built once and cached
runtime.py    onnxruntime, its telemetry off
numpy_runtime.py  how numpy's threads wait for work
embed.py      the embedding models, as LlamaIndex embeddings
sentence_vectors.py  passages -> their sentences with embeddings, kept in memory
passage_vectors.py  the vectors of passages and their sentences in memory, to score candidates
records.py    passages and their vectors as Chroma's rows, and back
place.py      where a store may be: what a door can tell before anything is loaded
chroma.py     how we reach Chroma: a folder or a server
store.py      Passages into Chroma and out again
language.py   text -> its language, as far as stemming needs it
words.py      text -> stemmed terms, and what they find: BM25, and the best sentence
verify.py     is a stored source whole, and its file unchanged
retrieve.py   question -> ScoredPassages, best first: by meaning and words, of passages and sentences
"""

import index.numpy_runtime  # noqa: F401  # before numpy is loaded
