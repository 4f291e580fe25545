"""One file a channel. A notifier writes a Message in its channel's form and delivers it; none knows another."""
