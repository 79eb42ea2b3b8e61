//= quizzes/clock.js
//= quizzes/aloud.js
//= lms/js/learner.js
// One script for a question: its time, its voice, and what every page has.
