"""onnxruntime without its telemetry, which would otherwise look for its maker's server at the end of a run.

The library reads the variable once, when it is first imported; switching it off afterwards has no effect.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
