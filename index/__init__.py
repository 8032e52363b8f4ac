"""From a file to passages you can find; no language model.

passage.py    Source, Passage, ScoredPassage: the types every room speaks
source.py     a file or an address -> Source (title, exact text, sha256)
sentences.py  text -> sentence spans that tile it
chunk.py      Source -> Passages, each an exact slice of the text
encoder.py    the MiniLM weights -> an ONNX graph, built once and cached
runtime.py    onnxruntime, its telemetry off
embed.py      the embedding models, as LlamaIndex embeddings
sentence_vectors.py  passages -> their sentences with embeddings, kept in memory
store.py      Passages into Chroma and out again; the only file that knows Chroma
words.py      text -> stemmed terms, and BM25 over passages
verify.py     is a stored source whole, and its file unchanged
retrieve.py   question -> ScoredPassages, best first: vectors and words, fused
"""
