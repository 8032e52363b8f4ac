"""How numpy's threads wait for work, set before numpy is loaded; afterwards it does not look.

Once woken, they would wait busily on cores that onnxruntime needs next: an answer took half as long again.
"""

import os

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # 2**4 cycles, the least it takes
