"""The files of a repository that uses groundctl, as `groundctl init` writes them."""
