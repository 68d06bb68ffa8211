"""WeChat official accounts (微信公众号): signed and sealed calls in, customer service messages out."""
