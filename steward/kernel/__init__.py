"""Words that every module shares; knows no business."""
