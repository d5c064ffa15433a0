"""Plans and shapes -> the frames of a proposal, with the contract's fields."""
