# TensorFlow ships no types; those that pyright brings along are partial, and refuse what TensorFlow accepts (a list as
# padding, say). So all of it is Any, as it is to mypy.

from typing import Any

def __getattr__(name: str) -> Any: ...
