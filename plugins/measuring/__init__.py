"""What results say: of the questions that were asked, and of how much people have learnt."""
