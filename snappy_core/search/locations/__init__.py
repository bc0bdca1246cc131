"""Where a question says that its answer stands: "on page 14", "in Figure 3", "at the top right"."""
