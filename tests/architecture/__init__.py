"""The rules of the tree, each checked on the real tree and proven on a tree with a planted violation."""
