"""Where a question says its answer is: "on page 14", "in Figure 3", "at the top right"."""
