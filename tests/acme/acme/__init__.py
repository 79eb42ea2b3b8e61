"""The commune's loudspeaker: broadcasts that count as things learnt."""
