"""The project and the Hugging Face Hub: what comes from it, and what goes to it."""
