"""What is said in the sample: short and harmless, for nothing that measures may depend on it."""

from typing import Final

QUESTIONS: Final = (
    "Do you have a minute? The eval job on run 118 disagrees with yesterday's numbers.",
    "Quick one: which checkpoint is in staging right now?",
    "Could you look at my change to the sampler before lunch?",
    "The loader throws a shape error since this morning, did anything change?",
    "Are the new labels already in the training split?",
    "Can I restart your notebook server? It holds the last GPU :sweat_smile:",
    "Is 0.83 the number for the slide, or the one with the old filter?",
    "Where did we write down the retention rule for raw clicks?",
    "Do you know who owns the ranking features now?",
    "The canary looks slow, is that expected after the cache change?",
    "Can you approve the quota request? It needs one more name.",
    "Which seed did you use for the ablation table?",
    "How do I reproduce the drop in recall locally?",
    "Should the metric be per query &amp; country, or per query only?",
    "Got five minutes for the tokenizer question?",
)
MORE: Final = (
    "I looked at the dashboard, but it only goes back a day.",
    "No hurry, but it blocks the nightly run.",
    "Here is the log: https://logs.example.com/r/118",
    "Same on my machine, by the way.",
    "Could also be the new image.",
    "Happy to pair on it :slightly_smiling_face:",
)
REPLIES: Final = (
    "Looking now.",
    "It is the filter: the old one still runs in staging.",
    "Checkpoint 42k, since Tuesday.",
    "Yes, in my next break.",
    "That was me, sorry. Try again?",
    "Use the one with the new filter.",
    "In the data contract, section 3.",
    "Seed 7 for all of them.",
    "Not expected. I will check the cache.",
    "Approved :white_check_mark:",
    "Give me ten minutes and I am yours.",
    "I think that moved to the platform group.",
)
FOLLOW_UPS: Final = (
    "And the validation split?",
    "Works, thanks!",
    "Hm, still red for me.",
    "Then the table needs an update too.",
    "Great :tada:",
    "One more thing: same for the small model?",
    "Got it.",
    "Is that written down somewhere?",
)
CLOSINGS: Final = (
    "Yes.",
    "Same there.",
    "Will do.",
    "I will add it to the page.",
    "Sure :thumbsup:",
)
CHATTER: Final = (
    "Coffee machine on the third floor works again :coffee:",
    "Who wants to present in the reading group next week?",
    "Reminder: the quota page has a new address.",
    "Nice write-up on sparse mixtures: https://papers.example.com/moe",
    "I moved the nightly to 02:00 UTC.",
    "Docs for the feature store are finally up to date.",
    "Anybody seen the HDMI adapter from room Spree?",
    "Heads-up: storage maintenance on Thursday evening.",
    "New baseline is 1.2 points better, plots in the thread.",
    "Out for an hour, back at three.",
)
ALERTS: Final = (
    ":warning: run-{number}: loss above threshold for 15 min (value 4.{number})",
    ":fire: run-{number}: gradient norm is not finite, job paused",
    ":white_check_mark: run-{number}: recovered",
    ":hourglass: run-{number}: GPU utilisation under 40 % for 30 min",
)
REVIEWS: Final = (
    "{mention} your review is requested on models/{number}",
    "models/{number} was approved by 2 people",
    "{mention} models/{number} waits for your review since yesterday",
    "New comments on models/{number}",
)
BUILDS: Final = (
    "Build {number} passed in 6m 12s",
    "Build {number} failed: test_shards",
    "Build {number} was cancelled",
)
INCIDENT: Final = (
    "Error rate of ranking is at 4 % and rising.",
    "Rolled back the feature service, watching.",
    "Could it be the checkpoint from Friday?",
    "Switching to the previous model now.",
    "Error rate falls. 1.1 %.",
    "Back to normal. Write-up on Monday.",
)
