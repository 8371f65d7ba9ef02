"""New declarations: what `groundctl new` writes, from the policy, the infrastructure, and what the author states."""
