"""survey: files -> Survey. Whatever a file is, it is opened in the sandbox only."""

from redistrict.survey.options import ReadOptions
from redistrict.survey.read import read

__all__ = ["ReadOptions", "read"]
