export const PREFS_KEY = 'freehold-prefs'
