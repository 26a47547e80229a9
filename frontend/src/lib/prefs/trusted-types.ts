/**
 * The `default` Trusted Types policy: script addresses of our own, and the one HTML string that React itself needs (an
 * empty script element to copy attributes from). Everything else throws.
 */
export const TRUSTED_TYPES_SCRIPT = `if(self.trustedTypes)trustedTypes.createPolicy('default',{createScriptURL(u){let p=new URL(u,location).pathname;if(new URL(u,location).origin==location.origin&&(p.startsWith('/_next/static/')||p=='/sw.js'))return u;throw TypeError('script '+u)},createHTML(h){if(h=='<script><\\/script>')return h;throw TypeError('html')}});`
