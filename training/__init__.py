"""Programs that make the models in the wheel; not part of the wheel themselves."""
