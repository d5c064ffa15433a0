declare module 'virtual:reasons' {
  const said: Record<'zh' | 'en', Record<string, string>>
  export default said
}
