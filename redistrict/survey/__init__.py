"""survey: files -> Survey. Whatever a file is, it is opened in the sandbox only."""

from redistrict.survey.look import Column, Columns, look
from redistrict.survey.options import ReadOptions
from redistrict.survey.proposal import ProposalFiles, read_proposal
from redistrict.survey.read import read
from redistrict.survey.rows import Rows, account

__all__ = [
    "Column",
    "Columns",
    "ProposalFiles",
    "ReadOptions",
    "Rows",
    "account",
    "look",
    "read",
    "read_proposal",
]
